import {
  Alert,
  Form,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  Switch,
  Title,
} from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { useCanInSystem } from '@/session/session';
import { ErrorAlert } from '@/shared/Failure';
import { Field } from '@/shared/Field';
import {
  BANNER_TYPES,
  dayOf,
  formatBanner,
  isShownAt,
  momentOf,
  parseBanner,
  type BannerMessage,
  type BannerType,
} from './banner';
import { BannerAlert } from './BannerAlert';
import { DayField } from './DayField';
import { useConfiguration } from './query';
import { SaveBar } from './SaveBar';
import { useSave } from './useSave';
import './configuration.css';
import './texts';

const NO_BANNER: BannerMessage = { message: '', type: 'info', closable: true, from: null, to: null };

export default function BannerTab() {
  const { t } = useTranslation();
  const id = useId();
  const { banner_message: stored } = useConfiguration();
  const saved = parseBanner(stored.value) ?? NO_BANNER;
  const [draft, setDraft] = useState<BannerMessage | null>(null);
  const banner = draft ?? saved;
  const save = useSave(() => setDraft(null));
  const isDisabled = !useCanInSystem()('configuration', 'update') || !stored.editable;
  const isInOrder = banner.from === null || banner.to === null || banner.from <= banner.to;
  const isChanged = formatBanner(banner) !== formatBanner(saved);
  const change = (part: Partial<BannerMessage>) => {
    save.reset();
    setDraft({ ...banner, ...part });
  };
  return (
    <Form
      isWidthLimited
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged && isInOrder && !save.isPending) save.mutate({ banner_message: formatBanner(banner) });
      }}
    >
      {save.error && <ErrorAlert error={save.error} />}
      <Field
        label={t('configuration.bannerForm.message')}
        hint={t('configuration.bannerForm.messageHint')}
        value={banner.message}
        onChange={(message) => change({ message })}
        isDisabled={isDisabled}
        isMultiline
      />
      <FormGroup label={t('configuration.bannerForm.type')} fieldId={`${id}-type`}>
        <FormSelect
          id={`${id}-type`}
          className="m-short-field"
          value={banner.type}
          isDisabled={isDisabled}
          onChange={(_, type) => change({ type: type as BannerType })}
        >
          {BANNER_TYPES.map((type) => (
            <FormSelectOption key={type} value={type} label={t(`configuration.bannerForm.types.${type}`)} />
          ))}
        </FormSelect>
      </FormGroup>
      <FormGroup>
        <Switch
          id={`${id}-closable`}
          label={t('configuration.bannerForm.closable')}
          aria-describedby={`${id}-closable-help`}
          isChecked={banner.closable}
          isDisabled={isDisabled}
          onChange={(_, closable) => change({ closable })}
        />
        <FormHelperText>
          <HelperText id={`${id}-closable-help`}>
            <HelperTextItem>{t('configuration.bannerForm.closableHint')}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <DayField
        label={t('configuration.bannerForm.from')}
        hint={t('configuration.bannerForm.fromHint')}
        value={dayOf(banner.from)}
        onChange={(day) => change({ from: momentOf(day, 'first') })}
        isDisabled={isDisabled}
      />
      <DayField
        label={t('configuration.bannerForm.to')}
        hint={t('configuration.bannerForm.toHint')}
        error={isInOrder ? null : t('configuration.bannerForm.order')}
        value={dayOf(banner.to)}
        onChange={(day) => change({ to: momentOf(day, 'last') })}
        isDisabled={isDisabled}
      />
      <Preview banner={banner} />
      <SaveBar
        changes={isChanged ? 1 : 0}
        isValid={isInOrder}
        isSaving={save.isPending}
        onDiscard={() => {
          save.reset();
          setDraft(null);
        }}
      />
    </Form>
  );
}

/** The banner as everybody would see it. */
function Preview({ banner }: { banner: BannerMessage }) {
  const { t } = useTranslation();
  const [today] = useState(() => new Date());
  return (
    <section aria-live="polite">
      <Title headingLevel="h2" size="md">
        {t('configuration.bannerForm.preview')}
      </Title>
      {banner.message.trim() === '' ? (
        <p>{t('configuration.bannerForm.previewEmpty')}</p>
      ) : (
        <>
          <BannerAlert banner={banner} onClose={() => undefined} />
          {!isShownAt(banner, today) && (
            <Alert variant="info" isInline isPlain component="p" title={t('configuration.bannerForm.notNow')} />
          )}
        </>
      )}
    </section>
  );
}
