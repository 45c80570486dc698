import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useToast } from './Toasts';

interface Options<Input, Output> {
  run: (input: Input) => Promise<Output>;
  /** What is no longer true afterwards: the beginnings of query keys. */
  changes?: QueryKey[];
  /** Said when it worked. */
  done?: string | ((output: Output, input: Input) => string);
  onDone?: (output: Output, input: Input) => void;
}

/** Something that changes the registry: runs once, refreshes what it changed, says that it worked. */
export function useAction<Input = void, Output = unknown>({ run, changes = [], done, onDone }: Options<Input, Output>) {
  const queries = useQueryClient();
  const say = useToast();
  return useMutation<Output, Error, Input>({
    mutationFn: run,
    onSuccess: async (output, input) => {
      await Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })));
      if (done !== undefined) say(typeof done === 'function' ? done(output, input) : done);
      onDone?.(output, input);
    },
  });
}
