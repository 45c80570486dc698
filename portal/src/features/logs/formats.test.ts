import { describe, expect, it } from 'vitest';
import { toCsv, write } from './formats';

const ROW = {
  id: 7,
  op_time: '2026-05-01T10:00:00.000Z',
  username: 'ann',
  operation: 'create',
  resource_type: 'artifact',
  resource: 'shop/web:1.0',
  operation_result: true,
  operation_description: 'push artifact: shop/web@sha256:1, "signed"',
};

const cellOf = (value: unknown) => toCsv(['x'], [{ x: value }]).slice('x\r\n'.length, -2);

describe('CSV', () => {
  it('has names, then a line for each row', () => {
    expect(write('csv', [ROW])).toBe(
      'id,op_time,username,operation,resource_type,resource,operation_result,operation_description\r\n' +
        '7,2026-05-01T10:00:00.000Z,ann,create,artifact,shop/web:1.0,true,' +
        '"push artifact: shop/web@sha256:1, ""signed"""\r\n',
    );
  });

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
    ['a\r\nb', '"a\r\nb"'],
    ['', ''],
    [null, ''],
    [undefined, ''],
    [-3, '-3'],
    [false, 'false'],
  ])('%j is written %j', (value, text) => {
    expect(cellOf(value)).toBe(text);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '=HYPERLINK("x")', '\r=1', '\n=1'])(
    'does not let %j become a formula',
    (value) => {
      expect(cellOf(value).replace(/^"/, '')).toMatch(/^'/);
    },
  );
});

describe('JSON lines', () => {
  it('has an object in each line, as it came', () => {
    const lines = write('jsonl', [ROW, { ...ROW, resource: 'a\nb' }]).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.slice(0, 2).map((line) => JSON.parse(line) as unknown)).toEqual([ROW, { ...ROW, resource: 'a\nb' }]);
  });

  it('are nothing without rows', () => {
    expect(write('jsonl', [])).toBe('');
  });
});
