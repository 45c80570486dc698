/** Colours of labels: those to choose from, and a text colour that can be read on any. Pure. */

/** The colours Harbor offers, from the neutral to the loud. */
export const PALETTE = [
  '#000000',
  '#61717D',
  '#737373',
  '#80746D',
  '#FFFFFF',
  '#A9B6BE',
  '#DDDDDD',
  '#BBB3A9',
  '#0065AB',
  '#343DAC',
  '#781DA0',
  '#9B0D54',
  '#0095D3',
  '#9DA3DB',
  '#BE90D6',
  '#F1428A',
  '#1D5100',
  '#006668',
  '#006690',
  '#004A70',
  '#48960C',
  '#00AB9A',
  '#00B7D6',
  '#0081A7',
  '#C92100',
  '#CD3517',
  '#C25400',
  '#D28F00',
  '#F52F52',
  '#FF5501',
  '#F57600',
  '#FFDC0B',
] as const;

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;

/** Whether a colour is one to draw: the API takes any word. */
export function isColor(color: string | undefined): color is string {
  return color !== undefined && HEX.test(color);
}

/** The colours to choose from for a label that has this one now: it stays possible, whatever it is. */
export function choices(given: string | undefined): string[] {
  return given === undefined || PALETTE.some((color) => color === given) ? [...PALETTE] : [given, ...PALETTE];
}

/** Black or white, whichever has more contrast on the colour; between the two it is always 4.5 or more. */
export function textOn(color: string): '#000000' | '#FFFFFF' {
  return contrast(color, '#000000') >= contrast(color, '#FFFFFF') ? '#000000' : '#FFFFFF';
}

/** The ratio of two colours' luminances, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: string): number {
  const [, red, green, blue] = HEX.exec(color) ?? [];
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(hex = '00'): number {
  const share = parseInt(hex, 16) / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
