import type { ReactNode } from 'react';
import './row.css';

interface Props {
  children: ReactNode;
  /** At both ends of the line. */
  isApart?: boolean;
  /** Aligned at the top where their heights differ. */
  isAtTop?: boolean;
  className?: string;
}

/** Things beside each other that may wrap. PatternFly's Flex weighs as much as a page, for its table of classes. */
export function Row({ children, isApart = false, isAtTop = false, className = '' }: Props) {
  const classes = ['m-row', isApart ? 'm-apart' : '', isAtTop ? 'm-at-top' : '', className];
  return <div className={classes.filter(Boolean).join(' ')}>{children}</div>;
}
