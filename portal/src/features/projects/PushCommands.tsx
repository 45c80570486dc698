import { Content, Stack, StackItem, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { useSession } from '@/session/session';
import { CodeToCopy } from '@/shared/Copy';
import { ClientHint } from './ClientHint';
import { pushCommands, TOOLS, type Tool } from './commands';
import { useRegistry } from '@/shared/useRegistry';
import './texts';

/** How to push to a project, with the tool of choice. */
export function PushCommands({ project }: { project: string }) {
  const { t } = useTranslation();
  const user = useSession().user?.username ?? '';
  const registry = useRegistry();
  const id = useId();
  const [tool, setTool] = useState<Tool>('docker');
  return (
    <Stack hasGutter>
      <StackItem>
        <ToggleGroup isCompact aria-label={t('projects.tool')}>
          {TOOLS.map((name) => (
            <ToggleGroupItem
              key={name}
              text={name}
              buttonId={`${id}-${name}`}
              isSelected={tool === name}
              onChange={() => setTool(name)}
            />
          ))}
        </ToggleGroup>
      </StackItem>
      <StackItem>
        <Content component="p">{t(`projects.toolHints.${tool}`)}</Content>
        <CodeToCopy
          code={pushCommands(tool, { ...registry, project, user }).join('\n')}
          label={t('projects.pushWith', { tool })}
        />
        <ClientHint tool={tool} />
      </StackItem>
    </Stack>
  );
}
