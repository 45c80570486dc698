import { Button, Card, CardBody, CardExpandableContent, CardHeader, CardTitle } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Grant } from './grants';
import { GrantEditor } from './GrantEditor';
import type { Matrix } from './rights';
import { useNames } from './useNames';

interface Props {
  grants: Grant[];
  matrix: Matrix;
  onChange: (grants: Grant[]) => void;
  /** Below them: how another one is added. */
  children?: ReactNode;
}

/** The grants of a robot in projects, each to be opened; what was added last is open. */
export function Grants({ grants, matrix, onChange, children }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<number>>(
    () => new Set(grants.length > 2 ? grants.map(({ id }) => id) : []),
  );
  const toggle = (id: number) =>
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  return (
    <div className="m-grants">
      {grants.map((grant) => (
        <GrantCard
          key={grant.id}
          grant={grant}
          matrix={matrix}
          isOpen={!closed.has(grant.id)}
          onToggle={() => toggle(grant.id)}
          onChange={(changed) => onChange(grants.map((other) => (other.id === grant.id ? changed : other)))}
          onRemove={() => onChange(grants.filter((other) => other.id !== grant.id))}
        />
      ))}
      <div className="m-grants-add">{children}</div>
    </div>
  );
}

interface CardProps {
  grant: Grant;
  matrix: Matrix;
  isOpen: boolean;
  onToggle: () => void;
  onChange: (grant: Grant) => void;
  onRemove: () => void;
}

function GrantCard({ grant, matrix, isOpen, onToggle, onChange, onRemove }: CardProps) {
  const { t } = useTranslation();
  const { placeName } = useNames();
  const place = placeName(grant);
  const title = t('robots.rightsIn', { count: grant.rights.size, place });
  return (
    <Card isExpanded={isOpen} isCompact>
      <CardHeader
        onExpand={onToggle}
        toggleButtonProps={{ 'aria-label': t('robots.showRights', { place }), 'aria-expanded': isOpen }}
        actions={{
          actions: (
            <Button variant="link" size="sm" onClick={onRemove} aria-label={t('robots.removePlace', { place })}>
              {t('robots.remove')}
            </Button>
          ),
          hasNoOffset: true,
        }}
      >
        <CardTitle component="h3">{title}</CardTitle>
      </CardHeader>
      <CardExpandableContent>
        <CardBody>
          <GrantEditor place={place} grant={grant} matrix={matrix} onChange={onChange} />
        </CardBody>
      </CardExpandableContent>
    </Card>
  );
}
