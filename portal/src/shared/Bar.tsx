import './bar.css';

export type BarColor =
  | 'blue'
  | 'orange'
  | 'green'
  | 'purple'
  | 'teal'
  | 'yellow'
  | 'red'
  | 'dark-blue'
  | 'strong'
  | 'medium'
  | 'weak'
  | 'none';

export interface Segment {
  key: string;
  /** Of a hundred. */
  width: number;
  color?: BarColor;
  title?: string;
}

interface Props {
  segments: Segment[];
  label?: string;
  isLarge?: boolean;
}

/** Parts side by side, drawn to scale; what they are is said beside it, or by the label. */
export function Bar({ segments, label, isLarge = false }: Props) {
  const starts = segments.reduce<number[]>((all, { width }) => [...all, (all.at(-1) ?? 0) + width], [0]);
  return (
    <svg
      className={isLarge ? 'm-bar m-bar-large' : 'm-bar'}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
    >
      {segments.map(({ key, width, color = 'blue', title }, index) => (
        <rect key={key} className={`m-color-${color}`} x={starts[index]} y="0" width={width} height="10">
          {title !== undefined && <title>{title}</title>}
        </rect>
      ))}
    </svg>
  );
}

/** The colour of a part, beside its name. */
export function BarKey({ color }: { color: BarColor }) {
  return <span className={`m-key m-color-${color}`} aria-hidden="true" />;
}
