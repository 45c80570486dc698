import { describe, expect, it } from 'vitest';
import { dayOf, formatBanner, isShownAt, momentOf, parseBanner } from './banner';

const FULL = {
  message: 'Maintenance on Sunday',
  type: 'warning',
  closable: true,
  fromDate: '2026-05-01T00:00:00.000Z',
  toDate: '2026-05-03T12:00:00.000Z',
};

describe('parseBanner', () => {
  it('reads what Harbor writes', () => {
    expect(parseBanner(JSON.stringify(FULL))).toEqual({
      message: 'Maintenance on Sunday',
      type: 'warning',
      closable: true,
      from: new Date('2026-05-01T00:00:00.000Z'),
      to: new Date('2026-05-03T12:00:00.000Z'),
    });
  });

  it('shows a text that is no JSON as it stands', () => {
    expect(parseBanner('Back at {6}')).toEqual({
      message: 'Back at {6}',
      type: 'info',
      closable: false,
      from: null,
      to: null,
    });
  });

  it.each([
    undefined,
    null,
    7,
    '',
    '  ',
    'null',
    '3',
    '[]',
    '[{"message":"x"}]',
    '{}',
    '{"message":""}',
    '{"message":{"a":1}}',
    '{"message":null}',
  ])('%j is no banner', (text) => {
    expect(parseBanner(text)).toBeNull();
  });

  it('takes odd fields for what they are not', () => {
    const odd = { message: 'x', type: 'loud', closable: 'no', fromDate: 'soon', toDate: { year: 2026 } };
    expect(parseBanner(JSON.stringify(odd))).toEqual({
      message: 'x',
      type: 'info',
      closable: false,
      from: null,
      to: null,
    });
  });

  it.each(['2026-05-03', '05/03/2026'])('counts the last day %s to its end', (toDate) => {
    const banner = parseBanner(JSON.stringify({ message: 'x', toDate }));
    expect(banner?.to).toEqual(new Date(2026, 4, 3, 23, 59, 59, 999));
  });
});

describe('isShownAt', () => {
  const banner = parseBanner(JSON.stringify(FULL));

  it.each([
    ['2026-04-30T23:59:59.000Z', false],
    ['2026-05-01T00:00:00.000Z', true],
    ['2026-05-03T12:00:00.000Z', true],
    ['2026-05-03T12:00:00.001Z', false],
  ])('at %s: %s', (now, isShown) => {
    expect(banner && isShownAt(banner, new Date(now))).toBe(isShown);
  });

  it('is always when there are no days', () => {
    const always = parseBanner('{"message":"x"}');
    expect(always && isShownAt(always, new Date(0))).toBe(true);
  });
});

describe('formatBanner', () => {
  it('is read back as it was', () => {
    const banner = parseBanner(JSON.stringify(FULL));
    expect(banner && parseBanner(formatBanner(banner))).toEqual(banner);
  });

  it('is nothing without a text', () => {
    expect(formatBanner({ message: ' ', type: 'info', closable: true, from: null, to: null })).toBe('');
  });
});

describe('days', () => {
  it('go from the first to the last moment', () => {
    expect(momentOf('2026-05-01', 'first')).toEqual(new Date(2026, 4, 1));
    expect(dayOf(momentOf('2026-05-01', 'last'))).toBe('2026-05-01');
  });

  it('are nothing when they are none', () => {
    expect(momentOf('tomorrow', 'first')).toBeNull();
    expect(dayOf(null)).toBe('');
  });
});
