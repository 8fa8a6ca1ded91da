/** A source file as the rules see it: what it imports, and what stands at its top level. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

export interface Import {
  /** As it is written: `./x.js`, `node:fs`, `hono/body-limit`. */
  readonly specifier: string
  /** The file of ours that it leads to; undefined for packages. */
  readonly target: string | undefined
  /** `static` is loaded with the file, `type` is erased, `lazy` is loaded when its line is run. */
  readonly kind: 'static' | 'type' | 'lazy'
}

export interface Source {
  /** Below src, with slashes: `node/client.ts`. */
  readonly file: string
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

export function readSources(dir: string): Source[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => parseSource(file.replaceAll(path.sep, '/'), readFileSync(path.join(dir, file), 'utf8')))
}

export function parseSource(file: string, text: string): Source {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  const imports: Import[] = []
  const add = (literal: ts.Node | undefined, kind: Import['kind']) => {
    if (!literal || !ts.isStringLiteralLike(literal)) return
    imports.push({ specifier: literal.text, target: targetOf(file, literal.text), kind })
  }
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node) ? 'type' : 'static')
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static')
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type')
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], 'lazy')
  })
  return { file, tree, imports }
}

/** Visits every node, parents first. `visit` returning false leaves out what is below. */
export function walk(node: ts.Node, visit: (node: ts.Node) => unknown): void {
  if (visit(node) === false) return
  ts.forEachChild(node, (child) => walk(child, visit))
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false
  if (importClause.isTypeOnly) return true
  const { name, namedBindings } = importClause
  return (
    !name &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  )
}

function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts')
}
