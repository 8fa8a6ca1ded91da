// region: shared-setup
const { sharedLab } = require('redis-lab/jest')

module.exports = sharedLab({ masters: 3, replicas: 1 })
// end
