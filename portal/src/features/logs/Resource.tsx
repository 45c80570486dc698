import { ShortToCopy } from '@/shared/Copy';
import { shortDigest } from '@/shared/format';
import { splitDigest } from './vocabulary';
import './logs.css';

/** What something happened to; a digest in its name is short, with the whole name on hover and to copy. */
export function Resource({ name }: { name: string }) {
  const { before, digest } = splitDigest(name);
  if (digest === '') return name;
  return (
    <span className="m-log-resource">
      {before}
      <wbr />
      <ShortToCopy value={name} shown={shortDigest(digest)} />
    </span>
  );
}
