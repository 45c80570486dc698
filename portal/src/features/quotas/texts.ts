export const quotas = {} as const;
