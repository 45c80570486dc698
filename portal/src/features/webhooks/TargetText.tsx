import { Label } from '@patternfly/react-core';
import type { TargetView } from '@/api/generated';
import { useTargetName } from './useTargetName';

/** Where deliveries go, in a line. */
export function TargetText({ target }: { target: TargetView }) {
  const targetName = useTargetName();
  return (
    <div>
      <Label isCompact>{targetName(target.type ?? '')}</Label> {target.address}
    </div>
  );
}
