import { Card, CardBody, CardHeader, CardTitle, StackItem } from '@patternfly/react-core';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  /** Buttons beside the title. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** A part of a page, in a stack of such parts. */
export function Part({ title, actions, children }: Props) {
  return (
    <StackItem>
      <Card isCompact component="section" aria-label={title}>
        <CardHeader actions={actions ? { actions, hasNoOffset: true } : undefined}>
          <CardTitle component="h2">{title}</CardTitle>
        </CardHeader>
        {children && <CardBody>{children}</CardBody>}
      </Card>
    </StackItem>
  );
}
