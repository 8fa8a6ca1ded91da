/** The rules about what code does: who speaks, who reads the environment, and that nothing happens at import. */
import ts from 'typescript'
import { entryPoints } from './imports.js'
import { walk, type Source } from './source.js'

/** Who may read the environment of the process, and why. */
export const environmentReaders: Readonly<Record<string, string>> = {
  'cli/main.ts': 'the command hands its environment on to everything below it',
  'fixture/jest.ts': 'jest has nothing else to tell its workers of the lab of the run by',
  'fixture/node-test.ts': 'a test file is told by it that a runner has started it',
  'lab/start.ts': "the library's callers give options, not an environment",
  'util/command.ts': 'a command is looked up on PATH as the system would do it',
}

const speaks = (file: string): boolean =>
  file.startsWith('view/') || file.startsWith('cli/') || file === 'supervisor/main.ts'

/** console, standard output and error, and the end of the process. */
export function speaksOutOfPlace(sources: readonly Source[]): string[] {
  return sources
    .filter(({ file }) => !speaks(file))
    .flatMap((source) => {
      const uses = [...processUses(source)].filter((name) => ['stdout', 'stderr', 'exit'].includes(name))
      return [...uses.map((name) => `process.${name}`), ...(usesConsole(source) ? ['console'] : [])].map(
        (what) => `${source.file} uses ${what}: only view/, cli/ and supervisor/main.ts do`,
      )
    })
}

export function readsEnvironment(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => !(source.file in environmentReaders) && processUses(source).has('env'))
    .map(({ file }) => `${file} uses process.env: the environment is passed in, as options are`)
}

/** Exceptions that nobody needs any more. */
export const idleReaders = (sources: readonly Source[]): string[] =>
  Object.keys(environmentReaders).filter(
    (file) => !sources.some((source) => source.file === file && processUses(source).has('env')),
  )

/** Which properties of `process` a file takes, however it comes by them. */
function processUses({ tree }: Source): Set<string> {
  const uses = new Set<string>()
  walk(tree, (node) => {
    if (ts.isPropertyAccessExpression(node) && isProcess(node.expression)) uses.add(node.name.text)
    if (ts.isElementAccessExpression(node) && isProcess(node.expression)) {
      if (ts.isStringLiteralLike(node.argumentExpression)) uses.add(node.argumentExpression.text)
    }
    if (ts.isVariableDeclaration(node) && node.initializer && isProcess(node.initializer)) takeNames(node.name, uses)
    if (
      ts.isImportDeclaration(node) &&
      /^'(node:)?process'$/.test(node.moduleSpecifier.getText().replaceAll('"', "'"))
    ) {
      const bindings = node.importClause?.namedBindings
      if (bindings && ts.isNamedImports(bindings))
        for (const { name, propertyName } of bindings.elements) uses.add((propertyName ?? name).text)
    }
  })
  return uses
}

function takeNames(name: ts.BindingName, uses: Set<string>): void {
  if (!ts.isObjectBindingPattern(name)) return
  for (const element of name.elements) uses.add((element.propertyName ?? element.name).getText())
}

/** `process`, or `globalThis.process`. */
const isProcess = (node: ts.Expression): boolean => ['process', 'globalThis.process'].includes(node.getText())

function usesConsole({ tree }: Source): boolean {
  let found = false
  walk(tree, (node) => {
    if (ts.isPropertyAccessExpression(node) && ['console', 'globalThis.console'].includes(node.expression.getText()))
      found = true
  })
  return found
}

/** Modules of Node that compute and touch nothing. */
const harmless = ['node:path', 'node:url', 'node:util', 'node:crypto']

/** Loading a file may declare things, and compute constants from other constants. */
export function actsAtImport(sources: readonly Source[]): string[] {
  return sources
    .filter(({ file }) => !entryPoints.includes(file))
    .flatMap((source) => source.tree.statements.flatMap((statement) => judgeStatement(source, statement)))
}

function judgeStatement(source: Source, statement: ts.Statement): string[] {
  if (isDeclaration(statement)) return actsIn(source, statement)
  const [line = ''] = statement.getText().split('\n')
  return [`${source.file} does something at import: ${line}`]
}

const isDeclaration = (statement: ts.Statement): boolean =>
  ts.isImportDeclaration(statement) ||
  ts.isExportDeclaration(statement) ||
  ts.isInterfaceDeclaration(statement) ||
  ts.isTypeAliasDeclaration(statement) ||
  ts.isClassDeclaration(statement) ||
  ts.isFunctionDeclaration(statement) ||
  ts.isVariableStatement(statement) ||
  isAmbient(statement)

/** `declare module 'x' { … }` adds to the types of others and is erased. */
const isAmbient = (statement: ts.Statement): boolean =>
  ts.isModuleDeclaration(statement) &&
  (statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword) ?? false)

/** What of a declaration runs at once: all but the insides of functions, and of the members that each instance gets. */
function actsIn({ file, tree }: Source, statement: ts.Statement): string[] {
  const dangerous = importedNames(tree)
  const problems: string[] = []
  walk(statement, (node) => {
    if (ts.isFunctionLike(node) && !ts.isClassStaticBlockDeclaration(node)) return false
    if (ts.isPropertyDeclaration(node) && !isStatic(node)) return false
    if (ts.isAwaitExpression(node)) problems.push(`${file} waits at import: ${node.getText()}`)
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return true
    const root = rootOf(node.expression)
    if (!dangerous.has(root) && root !== 'import') return true
    problems.push(`${file} calls ${root} at import: ${node.getText()}`)
    return false
  })
  return problems
}

const isStatic = (node: ts.PropertyDeclaration): boolean =>
  node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword) ?? false

/** Names that reach the world outside the program: of Node's modules, and the globals that begin something. */
function importedNames(tree: ts.SourceFile): Set<string> {
  const names = new Set(['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !statement.importClause) continue
    const { text } = statement.moduleSpecifier as ts.StringLiteral
    if (!text.startsWith('node:') || harmless.includes(text)) continue
    const { name, namedBindings } = statement.importClause
    if (name) names.add(name.text)
    if (namedBindings && ts.isNamespaceImport(namedBindings)) names.add(namedBindings.name.text)
    if (namedBindings && ts.isNamedImports(namedBindings))
      for (const one of namedBindings.elements) names.add(one.name.text)
  }
  return names
}

/** `fs` in `fs.promises.readFile(x).then(y)`. */
function rootOf(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node))
    return rootOf(node.expression)
  return node.getText()
}
