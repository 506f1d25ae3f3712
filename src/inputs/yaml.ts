import { isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, visit, type Node } from 'yaml';
import { CodedError, show } from '../errors.ts';

const maxCharacters = 65_536;
const maxDepth = 20;

/** A YAML text that has been read: its root (null where there is nothing), and where in the text something stands. */
export interface YamlSource {
  readonly root: Node | null;
  /** `line 3, column 5`, for an offset in the text. */
  place(offset: number): string;
}

interface YamlOptions {
  /** Keeps every part of the text out of errors: it holds passwords. */
  readonly secret?: boolean;
}

/**
 * YAML 1.2 (core schema, so JSON as well), and of that the plain part: one document of at most 64 Ki characters and 20 levels,
 * without anchors, aliases, tags and directives. Keys that stand twice are left for the caller to find.
 *
 * The depth is counted by the lexer before the parser runs, since the parser calls itself for each level, and V8 ends
 * the process where it compiles a regular expression on a stack that is nearly full.
 * https://yaml.org/spec/1.2.2/
 * @throws E_INPUT with line and column.
 */
export function readYaml(text: string, { secret = false }: YamlOptions = {}): YamlSource {
  if (text.length > maxCharacters) {
    throw wrong(`has ${text.length} characters`, `${maxCharacters} are accepted at most`);
  }
  if (deeperThan(text, maxDepth)) throw wrong(`nests more than ${maxDepth} levels deep`, 'write it flatter');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter,
  });
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const why = secret ? error.code : show(error.message);
    throw wrong(
      `${place(error.pos[0])}: this is not YAML: ${why}`,
      'look for a missing colon, bracket or quote there',
    );
  }
  const root = document.contents;
  refuseIndirection(text, root, place);
  return { root, place };
}

function wrong(message: string, hint: string): CodedError {
  return new CodedError('E_INPUT', message, { hint, usage: true });
}

function refuseIndirection(text: string, root: Node | null, place: YamlSource['place']): void {
  const directive = /^%/m.exec(text);
  if (directive !== null) throw wrong(`${place(directive.index)}: a YAML directive`, 'leave it out');
  visit(root, {
    Node(_, node) {
      const offset = node.range?.[0] ?? 0;
      if (!isMap(node) && !isSeq(node) && !isScalar(node))
        throw wrong(`${place(offset)}: a YAML alias`, 'write the value out');
      if (node.anchor !== undefined)
        throw wrong(`${place(offset)}: a YAML anchor`, 'write the value out where it is used');
      if (node.tag !== undefined) throw wrong(`${place(offset)}: a YAML tag`, 'leave it out');
    },
  });
}

/**
 * Whether flow and block collections nest deeper than `max`. A list that stands at its key's own column is not counted, so up
 * to twice as many levels pass.
 */
function deeperThan(text: string, max: number): boolean {
  const columns: number[] = [];
  let flow = 0;
  let column = 0;
  let startsNode = true;
  for (const token of new Lexer().lex(text)) {
    if (/^[\x02\x18\x1f\ufeff]/.test(token)) continue;
    if (token === '[' || token === '{') flow++;
    else if ((token === ']' || token === '}') && flow > 0) flow--;
    if (startsNode && flow === 0 && /^[^\s#]/.test(token)) {
      while ((columns.at(-1) ?? -1) > column) columns.pop();
      if (columns.at(-1) !== column) columns.push(column);
    }
    if (columns.length + flow > max) return true;
    const newline = token.lastIndexOf('\n');
    column = newline === -1 ? column + token.length : token.length - newline - 1;
    startsNode = newline !== -1 || (startsNode && /^(?:\s+|[-?:])$/.test(token));
  }
  return false;
}
