import { Fragment } from 'react';

/** A name of several parts, such as a media type: it may be broken after their marks, not within a word. */
export function Breakable({ text }: { text: string }) {
  const parts = text.split(/(?<=[./:,;=+-])/);
  return parts.map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
