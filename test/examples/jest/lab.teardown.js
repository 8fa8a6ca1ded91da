module.exports = require('redis-lab/jest').takeDownSharedLab
