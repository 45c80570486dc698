import {
  FormGroup,
  FormSelect,
  FormSelectOption,
  Stack,
  StackItem,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { CodeToCopy } from '@/shared/Copy';
import { shortDigest } from '@/shared/format';
import { clientsFor, preferredClient, pullCommand, type Client } from './pullCommands';
import { useRegistry } from '@/shared/useRegistry';
import './texts';

interface Props {
  /** With its project. */
  repository: string;
  digest: string;
  tags: string[];
  /** Of the artifact: IMAGE, CHART, ... */
  type: string;
}

const REMEMBERED = 'moorage.pullClient';

/** The commands that pull an artifact, by tag or by digest; the client that was chosen is remembered. */
export function PullCommands({ repository, digest, tags, type }: Props) {
  const { t } = useTranslation();
  const registry = useRegistry();
  const id = useId();
  const [client, setClient] = useState<Client>(() => preferredClient(type, localStorage.getItem(REMEMBERED)));
  const [reference, setReference] = useState(tags[0] ?? digest);
  const choose = (chosen: Client) => {
    localStorage.setItem(REMEMBERED, chosen);
    setClient(chosen);
  };
  return (
    <Stack hasGutter>
      <StackItem>
        <ToggleGroup aria-label={t('repositories.pull.client')} isCompact>
          {clientsFor(type).map((choice) => (
            <ToggleGroupItem
              key={choice}
              text={choice}
              buttonId={`${id}-${choice}`}
              isSelected={choice === client}
              onChange={() => choose(choice)}
            />
          ))}
        </ToggleGroup>
      </StackItem>
      {tags.length > 0 && (
        <StackItem>
          <FormGroup label={t('repositories.pull.reference')} fieldId={id}>
            <FormSelect id={id} value={reference} onChange={(_, value) => setReference(value)}>
              {tags.map((tag) => (
                <FormSelectOption key={tag} value={tag} label={tag} />
              ))}
              <FormSelectOption value={digest} label={t('repositories.pull.digest', { digest: shortDigest(digest) })} />
            </FormSelect>
          </FormGroup>
        </StackItem>
      )}
      <StackItem>
        <CodeToCopy
          label={t('repositories.pull.command', { client })}
          code={pullCommand(client, { ...registry, repository, reference })}
        />
      </StackItem>
    </Stack>
  );
}
