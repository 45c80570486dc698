import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import type { ReactNode } from 'react';

/** Names and values; those without a value are left out. */
export function Facts({ facts, columns = 2 }: { facts: [term: string, value: ReactNode][]; columns?: 1 | 2 | 3 }) {
  const shown = facts.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return (
    <DescriptionList
      isHorizontal={columns === 1}
      columnModifier={{ md: columns === 1 ? '1Col' : '2Col', lg: `${columns}Col` }}
      isCompact
    >
      {shown.map(([term, value]) => (
        <DescriptionListGroup key={term}>
          <DescriptionListTerm>{term}</DescriptionListTerm>
          <DescriptionListDescription className="m-shrink">{value}</DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}
