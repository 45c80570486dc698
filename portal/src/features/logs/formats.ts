/** Rows of the audit log as files. Pure. */

import type { AuditLogExt } from '@/api/generated';

export type Format = 'csv' | 'jsonl';

const COLUMNS = [
  'id',
  'op_time',
  'username',
  'operation',
  'resource_type',
  'resource',
  'operation_result',
  'operation_description',
] as const satisfies (keyof AuditLogExt)[];

export function write(format: Format, rows: readonly AuditLogExt[]): string {
  return format === 'csv' ? toCsv(COLUMNS, rows) : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A table with a line of names (RFC 4180). */
export function toCsv<Column extends string>(
  columns: readonly Column[],
  rows: readonly Record<Column, unknown>[],
): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
  const text = typeof value === 'string' ? withoutFormula(value) : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Spreadsheets run what begins like a formula, and users choose the names that are logged. */
function withoutFormula(text: string): string {
  return /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
