/** Lists of the API come in pages; how many there are in all is in a header. */

export interface Page<T> {
  items: T[];
  total: number;
}

/** The page an operation answered with: `page(listProjects({ query }))`. */
export async function page<T>(answer: Promise<{ data?: T[] | null; response?: Response }>): Promise<Page<T>> {
  const { data, response } = await answer;
  const items = data ?? [];
  const total = response?.headers.get('X-Total-Count') ?? null;
  return { items, total: total === null ? items.length : Number(total) };
}

/** What an operation answered with: `body(getProject({ path }))`. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  return (await answer).data as NonNullable<T>;
}

/** The id at the end of an answer's Location: of what was just made. */
export async function createdId(answer: Promise<{ response?: Response }>): Promise<number> {
  return Number((await answer).response?.headers.get('Location')?.split('/').at(-1));
}

/** What an operation answered with that has no JSON, such as a log. */
export async function text(answer: Promise<{ data?: unknown }>): Promise<string> {
  const { data } = await answer;
  return typeof data === 'string' ? data : '';
}
