/**
 * Patterns of rules (docs/adr/0012), matched as the server matches them: `*` any characters but `/`, `?` one of them,
 * `**` as a whole component any components, `[a-z]` and `[^a-z]` one of a set, `{a,b}` either, `\` takes the next
 * character as it is. A pattern must match the whole name. Pure.
 */

/** Why a pattern is none. */
export type PatternProblem =
  'empty' | 'tooLong' | 'tooMany' | 'brace' | 'bracket' | 'emptySet' | 'range' | 'escape' | 'null';

export const MAX_LENGTH = 255;
export const MAX_ALTERNATIVES = 64;

class Malformed extends Error {
  constructor(readonly problem: PatternProblem) {
    super(problem);
  }
}

/** What is wrong with a pattern that somebody writes; null when nothing is. */
export function patternProblem(pattern: string): PatternProblem | null {
  if (pattern === '') return 'empty';
  if (pattern.includes('\0')) return 'null';
  const found = compiled(pattern);
  return found instanceof RegExp ? null : found;
}

/** Whether a pattern matches the whole name; one that is malformed matches nothing. */
export function matchesPattern(pattern: string, name: string): boolean {
  const found = compiled(pattern);
  return found instanceof RegExp && found.test(name);
}

function compiled(pattern: string): RegExp | PatternProblem {
  try {
    return compile(pattern);
  } catch (error) {
    if (error instanceof Malformed) return error.problem;
    throw error;
  }
}

/** Characters, not UTF-16 units: what the server counts and compares. */
type Text = readonly string[];

function compile(pattern: string): RegExp {
  const text = Array.from(pattern);
  if (text.length > MAX_LENGTH) throw new Malformed('tooLong');
  const expressions: string[] = [];
  const atoms = { count: 0 };
  for (const alternative of alternatives(text)) {
    if (expressions.length === MAX_ALTERNATIVES) throw new Malformed('tooMany');
    expressions.push(expression(alternative, atoms));
  }
  return new RegExp(`^(?:${expressions.join('|')})$`, 'su');
}

// --- braces ---------------------------------------------------------------------------------------

/** The text with each choice of its braces in turn. */
function* alternatives(text: Text): Generator<Text> {
  let start = 0;
  while (start < text.length) {
    const character = text[start];
    if (character === '\\') {
      start += 2;
    } else if (character === '[') {
      start = endOfSet(text, start) + 1;
    } else if (character === '{') {
      const [options, rest] = optionsOf(text, start + 1);
      for (const option of options) {
        for (const following of alternatives([...option, ...text.slice(rest)])) {
          yield [...text.slice(0, start), ...following];
        }
      }
      return;
    } else {
      start += 1;
    }
  }
  yield text;
}

/** The alternatives of the brace that was opened before `start`, and where the text goes on after it. */
function optionsOf(text: Text, start: number): [options: Text[], rest: number] {
  const options: Text[] = [];
  let depth = 0;
  let begin = start;
  for (let position = start; position < text.length; position += 1) {
    const character = text[position] ?? '';
    if (character === '\\') {
      position += 1;
    } else if (character === '{') {
      depth += 1;
    } else if (character === '}' && depth > 0) {
      depth -= 1;
    } else if ((character === ',' || character === '}') && depth === 0) {
      options.push(text.slice(begin, position));
      begin = position + 1;
      if (character === '}') return [options, begin];
    }
  }
  throw new Malformed('brace');
}

// --- one alternative ------------------------------------------------------------------------------

/** The atomic groups there are. */
interface Atoms {
  count: number;
}

/**
 * An atomic group, which JavaScript has no syntax for: what a lookahead has found is not looked for again. Groups are
 * numbered by where they open, so those inside are made after it.
 */
function atomic(inside: () => string, atoms: Atoms): string {
  atoms.count += 1;
  const number = atoms.count;
  return `(?=(${inside()}))\\${number}`;
}

const DIRECTORIES = '(?:[^/]*/)*?';

/** The regular expression of a text without braces. */
function expression(text: Text, atoms: Atoms): string {
  const components = componentsOf(text);
  const isDoubleStar = (component: Text) => component.join('') === '**';
  const tail = isDoubleStar(components.at(-1) ?? []);
  if (tail) components.pop();
  // What stands between double stars.
  const blocks: Text[][] = [[]];
  for (const component of components) {
    if (isDoubleStar(component)) blocks.push([]);
    else blocks.at(-1)?.push(component);
  }
  const parts = blocks.map((block, index) => {
    if (!tail && index === blocks.length - 1) {
      const end = block.map((one) => componentExpression(one, atoms)).join('/');
      return (index > 0 ? DIRECTORIES : '') + end;
    }
    if (block.length === 0) return '';
    const inside = () => block.map((one) => `${componentExpression(one, atoms)}/`).join('');
    return index === 0 ? inside() : atomic(() => DIRECTORIES + inside(), atoms);
  });
  return parts.join('') + (tail ? '.*' : '');
}

function componentsOf(text: Text): Text[] {
  const components: Text[] = [];
  let begin = 0;
  for (let position = 0; position < text.length; position += 1) {
    const character = text[position];
    if (character === '\\') {
      position += 1;
    } else if (character === '[') {
      position = endOfSet(text, position);
    } else if (character === '/') {
      components.push(text.slice(begin, position));
      begin = position + 1;
    }
  }
  return [...components, text.slice(begin)];
}

/** The expression of one component; a double star beside something else is a star. */
function componentExpression(text: Text, atoms: Atoms): string {
  const runs = [''];
  const add = (more: string) => {
    runs[runs.length - 1] += more;
  };
  for (let position = 0; position < text.length; position += 1) {
    const character = text[position] ?? '';
    if (character === '*') {
      runs.push('');
    } else if (character === '?') {
      add('[^/]');
    } else if (character === '[') {
      const end = endOfSet(text, position);
      add(setExpression(text.slice(position + 1, end)));
      position = end;
    } else if (character === '\\') {
      position += 1;
      const escaped = text[position];
      if (escaped === undefined) throw new Malformed('escape');
      // No component has a slash.
      add(escaped === '/' ? '(?!)' : literal(escaped));
    } else {
      add(literal(character));
    }
  }
  const [first = '', ...rest] = runs;
  const last = rest.pop();
  if (last === undefined) return first;
  const middle = rest.filter((run) => run !== '').map((run) => atomic(() => `[^/]*?${run}`, atoms));
  return `${first}${middle.join('')}[^/]*${last}`;
}

/** Where the set that begins at `start` ends. */
function endOfSet(text: Text, start: number): number {
  for (let position = start + 1; position < text.length; position += 1) {
    if (text[position] === '\\') position += 1;
    else if (text[position] === ']') return position;
  }
  throw new Malformed('bracket');
}

interface Member {
  character: string;
  isEscaped: boolean;
}

function setExpression(text: Text): string {
  const isNegated = text[0] === '^';
  const members = membersOf(isNegated ? text.slice(1) : text);
  const ranges: string[] = [];
  while (members.length > 0) {
    const low = nextOf(members);
    let high = low;
    if (isHyphen(members[0])) {
      members.shift();
      high = nextOf(members);
    }
    if ((low.codePointAt(0) ?? 0) <= (high.codePointAt(0) ?? 0)) ranges.push(`${literal(low)}-${literal(high)}`);
  }
  if (ranges.length === 0) return isNegated ? '[^/]' : '(?!)';
  return `(?!/)[${isNegated ? '^' : ''}${ranges.join('')}]`;
}

function membersOf(text: Text): Member[] {
  const members: Member[] = [];
  for (let position = 0; position < text.length; position += 1) {
    const isEscaped = text[position] === '\\';
    if (isEscaped) position += 1;
    members.push({ character: text[position] ?? '', isEscaped });
  }
  if (members.length === 0) throw new Malformed('emptySet');
  return members;
}

function isHyphen(member: Member | undefined): boolean {
  return member?.character === '-' && !member.isEscaped;
}

/** Takes the next character of a set. */
function nextOf(members: Member[]): string {
  const next = members[0];
  if (next === undefined || isHyphen(next)) throw new Malformed('range');
  members.shift();
  return next.character;
}

/** A character as itself, whatever it means in an expression. */
function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
