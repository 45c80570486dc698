import { Card, CardBody, CardTitle, StackItem } from '@patternfly/react-core';
import type { ReactNode } from 'react';

/** A part of a page in a stack of such parts. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <StackItem>
      <Card isCompact component="section" aria-label={title}>
        <CardTitle component="h2">{title}</CardTitle>
        <CardBody>{children}</CardBody>
      </Card>
    </StackItem>
  );
}
