export { defineConfig, type LabConfig, type LabConfigMaker } from './define.js'
export { loadConfig, type ConfigChoice, type ConfigContext } from './load.js'
