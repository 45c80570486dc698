/** The repositories a role can be limited to, as they are typed: one pattern a line. Pure. */

/** The patterns of a text, each once. */
export function patternsOf(text: string): string[] {
  const lines = text.split(/[\n,]/).map((line) => line.trim());
  return [...new Set(lines)].filter((line) => line !== '');
}

export interface RoleChoice {
  role: number;
  isLimited: boolean;
  /** The patterns as typed. */
  repositories: string;
}

/** What a choice means for the API; null: in every repository. */
export function limitOf({ isLimited, repositories }: RoleChoice): string[] | null {
  return isLimited ? patternsOf(repositories) : null;
}

/** Whether it says all there is to say. */
export function isComplete(choice: RoleChoice): boolean {
  const limit = limitOf(choice);
  return limit === null || limit.length > 0;
}
