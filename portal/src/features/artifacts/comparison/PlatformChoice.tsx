import { Flex, FlexItem, FormSelect, FormSelectOption, StackItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { Platform } from './compare';
import '@/features/artifacts/texts';

interface Props {
  platforms: { left: Platform[]; right: Platform[] };
  chosen: { left: Platform | undefined; right: Platform | undefined };
  onPlatform: (side: 'left' | 'right', platform: string) => void;
}

/** Which image of an index is compared. */
export function PlatformChoice({ platforms, chosen, onPlatform }: Props) {
  const { t } = useTranslation();
  return (
    <StackItem>
      <Flex>
        {(['left', 'right'] as const).map((side) => (
          <FlexItem key={side} flex={{ default: 'flex_1' }}>
            {platforms[side].length > 0 && (
              <FormSelect
                aria-label={t('artifacts.comparison.platformOf', { side: t(`artifacts.comparison.${side}`) })}
                value={chosen[side]?.name}
                onChange={(_, value) => onPlatform(side, value)}
              >
                {platforms[side].map(({ name, digest }) => (
                  <FormSelectOption key={digest} value={name} label={name || t('artifacts.platforms.none')} />
                ))}
              </FormSelect>
            )}
          </FlexItem>
        ))}
      </Flex>
    </StackItem>
  );
}
