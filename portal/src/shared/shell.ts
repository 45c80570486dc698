/** Text as one word of a shell, whatever is in it: names of robots have a `$`. Pure. */
export function quoted(word: string): string {
  return /^[\w.@%+=:,/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
