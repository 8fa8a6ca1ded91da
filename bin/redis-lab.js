#!/usr/bin/env node
import process from 'node:process'

// Everybody on this machine may read a command line: a password is taken off it before anything else is done.
const words = process.argv.slice(2)
const isSecret = (word, index) => (words[index - 1] === '--password' && word !== '-') || word.startsWith('--password=')
if (words.some(isSecret)) {
  const shown = words.map((word, index) =>
    isSecret(word, index) ? word.replace(/^(--password=)?[^]*$/, '$1***') : word,
  )
  process.title = ['redis-lab', ...shown].join(' ')
}

await import('../dist/cli/main.js')
