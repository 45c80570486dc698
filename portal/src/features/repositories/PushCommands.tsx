import { Stack, StackItem, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { CodeToCopy } from '@/shared/Copy';
import { PUSHERS, pushCommands, type Pusher } from './pushCommands';
import { useRegistryName } from './registry';
import './repositories.css';
import './texts';

/** The commands that push something into a project, for one client of several. */
export function PushCommands({ project }: { project: string }) {
  const { t } = useTranslation();
  const registry = useRegistryName();
  const id = useId();
  const [client, setClient] = useState<Pusher>('docker');
  return (
    <Stack hasGutter className="m-commands">
      <StackItem>
        <ToggleGroup aria-label={t('repositories.pull.client')} isCompact>
          {PUSHERS.map((choice) => (
            <ToggleGroupItem
              key={choice}
              text={choice}
              buttonId={`${id}-${choice}`}
              isSelected={choice === client}
              onChange={() => setClient(choice)}
            />
          ))}
        </ToggleGroup>
      </StackItem>
      <StackItem>
        <CodeToCopy
          label={t('repositories.push.commands', { client })}
          code={pushCommands(client, registry, project)}
        />
      </StackItem>
    </Stack>
  );
}
