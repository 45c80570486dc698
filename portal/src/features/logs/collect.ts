/** Fetches the rows of the audit log page after page. Pure but for what it is given to ask with. */

/** Most rows of one export. */
export const EXPORT_LIMIT = 10_000;

/** Rows of one request: the most the API gives. */
export const PAGE_SIZE = 100;

interface Options<Row> {
  /** Asks for the newest rows, of those before a row's number. */
  load: (before: number | undefined) => Promise<Row[]>;
  signal: AbortSignal;
  onProgress: (fetched: number) => void;
  limit?: number;
}

export interface Collected<Row> {
  rows: Row[];
  /** Whether there were more. */
  isCut: boolean;
}

/**
 * The newest rows. Each page goes on from the last row's number, not from a page number: rows that are written
 * meanwhile move nothing.
 */
export async function collect<Row extends { id: number }>(options: Options<Row>): Promise<Collected<Row>> {
  const { load, signal, onProgress, limit = EXPORT_LIMIT } = options;
  const rows: Row[] = [];
  let page: Row[];
  do {
    signal.throwIfAborted();
    page = await load(rows.at(-1)?.id);
    rows.push(...page);
    onProgress(Math.min(rows.length, limit));
  } while (page.length === PAGE_SIZE && rows.length <= limit);
  return { rows: rows.slice(0, limit), isCut: rows.length > limit };
}
