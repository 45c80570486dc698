import './artifacts.css';

export interface Segment {
  key: string;
  /** Of a hundred. */
  width: number;
  kind?: 'both' | 'left' | 'right';
  title?: string;
}

/** Parts side by side, drawn to scale; what they are is said beside it, or by the label. */
export function Bar({ segments, label }: { segments: Segment[]; label?: string }) {
  const starts = segments.reduce<number[]>((all, { width }) => [...all, (all.at(-1) ?? 0) + width], [0]);
  return (
    <svg
      className="m-bar"
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
    >
      {segments.map(({ key, width, kind = 'both', title }, index) => (
        <rect key={key} className={`m-bar-${kind}`} x={starts[index]} y="0" width={width} height="10">
          {title !== undefined && <title>{title}</title>}
        </rect>
      ))}
    </svg>
  );
}
