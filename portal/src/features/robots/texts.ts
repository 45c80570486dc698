export const robots = {} as const;
