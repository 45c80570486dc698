import { describe, expect, it } from 'vitest';
import { choices, contrast, isColor, PALETTE, textOn } from './colors';

describe('the text of a label', () => {
  it.each(PALETTE)('can be read on %s', (color) => {
    expect(contrast(color, textOn(color))).toBeGreaterThanOrEqual(4.5);
  });

  it('is black on light colours and white on dark ones', () => {
    expect(textOn('#ffdc0b')).toBe('#000000');
    expect(textOn('#004A70')).toBe('#FFFFFF');
  });

  it('can be read on every grey', () => {
    for (let level = 0; level < 256; level += 1) {
      const grey = `#${level.toString(16).padStart(2, '0').repeat(3)}`;
      expect(contrast(grey, textOn(grey))).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('contrast', () => {
  it('is 21 between black and white, either way, and 1 with itself', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21);
    expect(contrast('#FFFFFF', '#000000')).toBeCloseTo(21);
    expect(contrast('#0065AB', '#0065AB')).toBe(1);
  });
});

describe('a colour', () => {
  it.each(['', undefined, 'red', '#fff', '#12345G', '#1234567', 'url(#x)'])('is not %j', (color) => {
    expect(isColor(color)).toBe(false);
  });

  it('is hexadecimal, in either case', () => {
    expect(isColor('#0065ab')).toBe(true);
  });
});

describe('the colours to choose from', () => {
  it('are the palette', () => {
    expect(choices(undefined)).toEqual(PALETTE);
    expect(choices('#0065AB')).toEqual(PALETTE);
  });

  it('and the one a label has', () => {
    expect(choices('teal')).toEqual(['teal', ...PALETTE]);
  });
});
