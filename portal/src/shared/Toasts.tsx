import { Alert, AlertActionCloseButton, AlertGroup } from '@patternfly/react-core';
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';

interface Toast {
  id: number;
  title: string;
  body?: ReactNode;
}

type Say = (title: string, body?: ReactNode) => void;

const Context = createContext<Say>(() => undefined);

/** Says shortly that something was done. Errors are shown where they happened, not here. */
export function useToast(): Say {
  return use(Context);
}

let last = 0;

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const remove = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const say = useCallback<Say>((title, body) => {
    last += 1;
    const id = last;
    setToasts((all) => [...all, { id, title, body }].slice(-5));
  }, []);
  const group = useMemo(
    () => (
      <AlertGroup isToast isLiveRegion hasAnimations>
        {toasts.map(({ id, title, body }) => (
          <Alert
            key={id}
            variant="success"
            title={title}
            component="p"
            // What can be followed takes longer to read.
            timeout={body === undefined ? 6000 : 15_000}
            onTimeout={() => remove(id)}
            actionClose={<AlertActionCloseButton onClose={() => remove(id)} />}
          >
            {body}
          </Alert>
        ))}
      </AlertGroup>
    ),
    [toasts, remove],
  );
  return (
    <Context value={say}>
      {children}
      {group}
    </Context>
  );
}
