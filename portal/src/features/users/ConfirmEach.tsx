import { Content, List, ListItem } from '@patternfly/react-core';
import type { QueryKey } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { ConfirmDialog } from '@/shared/dialogs';
import { ErrorAlert } from '@/shared/Failure';
import { each, type Failed } from '@/shared/several';
import { useToast } from '@/shared/Toasts';
import { useAction } from '@/shared/useAction';
import './texts';

interface Named {
  user_id: number;
  username: string;
}

interface Props<Item> {
  items: Item[];
  /** `count` are left, `name` is the first. */
  title: (left: { count: number; name: string }) => string;
  confirm: string;
  danger?: boolean;
  /** What becomes of one. */
  run: (item: Item) => Promise<unknown>;
  changes: QueryKey[];
  /** Said when it worked for all. */
  done: string;
  onClose: () => void;
  /** What will be lost. */
  children: ReactNode;
}

/** Asks before something is done to several users; those it failed for stay in the dialog, with the reason. */
export function ConfirmEach<Item extends Named>(props: Props<Item>) {
  const { items, title, confirm, danger, run, changes, done, onClose, children } = props;
  const { t } = useTranslation();
  const say = useToast();
  const [left, setLeft] = useState(items);
  const [failed, setFailed] = useState<Failed<Item>[]>([]);
  const action = useAction({
    run: () => each(left, run),
    changes,
    onDone: (outcome) => {
      setFailed(outcome.failed);
      setLeft(outcome.failed.map(({ item }) => item));
      if (outcome.failed.length > 0) return;
      say(done);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={title({ count: left.length, name: left[0]?.username ?? '' })}
      confirm={confirm}
      danger={danger}
      action={action}
      onConfirm={() => action.mutate()}
      onClose={onClose}
    >
      {failed.map(({ item, error }) => (
        <ErrorAlert key={item.user_id} error={error} title={t('users.failed', { name: item.username })} />
      ))}
      <Content>
        {left.length > 1 && (
          <List>
            {left.map(({ user_id, username }) => (
              <ListItem key={user_id}>{username}</ListItem>
            ))}
          </List>
        )}
        {children}
      </Content>
    </ConfirmDialog>
  );
}
