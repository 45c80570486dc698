import { Button, Card, CardBody, CardExpandableContent, CardHeader, CardTitle } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import type { Grant } from './grants';
import { GrantEditor } from './GrantEditor';
import type { Matrix } from './rights';
import { useNames } from './useNames';
import './texts';

interface Props {
  grants: Grant[];
  matrix: Matrix;
  onChange: (grants: Grant[]) => void;
  /** Above them: how another one is added. */
  children?: ReactNode;
}

/** The grants of a robot in projects. One is open at a time, since each is a long table: first what was just added. */
export function Grants({ grants, matrix, onChange, children }: Props) {
  const newest = Math.max(0, ...grants.map(({ id }) => id));
  const [known, setKnown] = useState(newest);
  const [open, setOpen] = useState<number | null>(grants.length === 1 ? newest : null);
  if (newest > known) {
    setKnown(newest);
    setOpen(newest);
  }
  return (
    <div className="m-grants">
      <div>{children}</div>
      {grants.map((grant) => (
        <GrantCard
          key={grant.id}
          grant={grant}
          matrix={matrix}
          isOpen={grant.id === open}
          onToggle={() => setOpen(grant.id === open ? null : grant.id)}
          onChange={(changed) => onChange(grants.map((other) => (other.id === grant.id ? changed : other)))}
          onRemove={() => onChange(grants.filter((other) => other.id !== grant.id))}
        />
      ))}
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
