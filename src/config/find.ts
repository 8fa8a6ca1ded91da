/**
 * Which config file counts: the nearest one, from the current folder upwards to the home folder, or to the root where the
 * current folder is not below home.
 *
 * It is looked for each time a lab is started, so nothing but names is looked at until there is one.
 */
import { existsSync, lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { badInput } from '../spec/index.js'
import { escapeControls } from '../util/text.js'

export const configNames = ['json', 'js', 'mjs', 'ts'].map((ending) => `redis-lab.config.${ending}`)

const ways = '--config FILE names the one to use, --no-config uses none; in the library config: FILE or false.'

/** @throws LabError `bad-input` where two stand side by side, or where a stranger put it there */
export function findConfig(cwd: string, home: string): string | undefined {
  for (let dir = path.resolve(cwd); ; dir = path.dirname(dir)) {
    const files = configNames.map((name) => path.join(dir, name)).filter((file) => existsSync(file))
    const [file, another] = files
    if (another) throw badInput([`there is more than one config file: ${escapeControls(files.join(', '))}`], ways)
    if (file) return trusted(file, cwd)
    if (dir === path.resolve(home) || dir === path.dirname(dir)) return undefined
  }
}

/**
 * A config file decides which programs are run. In a folder that others can write to, such as /tmp, anybody may have put one
 * above the current folder; so one that is found counts only if it belongs to this user, to root, or to the owner of the
 * current folder, which is how a checkout looks that is mounted into a container.
 */
function trusted(file: string, cwd: string): string {
  const user = process.getuid?.()
  if (user === undefined) return file
  const owners = new Set([user, 0, statSync(cwd).uid])
  // The link and what it leads to.
  const stranger = [lstatSync(file).uid, statSync(file).uid].find((uid) => !owners.has(uid))
  if (stranger === undefined) return file
  throw badInput([`${escapeControls(file)} belongs to another user (uid ${stranger}), and would be obeyed`], ways)
}
