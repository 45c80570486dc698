import './labels.css';
import { isColor, textOn } from './colors';

/** A label as it is seen on artifacts and in lists. */
export function LabelChip({ name, color }: { name: string; color?: string }) {
  // What users choose is no class of a style sheet.
  const colors = isColor(color) ? { backgroundColor: color, color: textOn(color) } : undefined;
  return (
    <span className="m-label" style={colors}>
      {name}
    </span>
  );
}
