import { useTranslation } from '@/texts';
import { Field } from '@/shared/Field';
import { isComment, isEmail, isRealname, type Profile } from './profile';
import './texts';

interface Props {
  profile: Profile;
  onChange: (profile: Profile) => void;
}

/** Real name, e-mail and comment of a user. */
export function ProfileFields({ profile, onChange }: Props) {
  const { t } = useTranslation();
  const { realname, email, comment } = profile;
  return (
    <>
      <Field
        label={t('account.realname')}
        autoComplete="off"
        value={realname}
        onChange={(text) => onChange({ ...profile, realname: text })}
        error={realname === '' || isRealname(realname) ? null : t('account.realnameInvalid')}
        isRequired
      />
      <Field
        label={t('account.email')}
        type="email"
        autoComplete="off"
        value={email}
        onChange={(text) => onChange({ ...profile, email: text })}
        // The account that the server makes has none; the rest of its profile cannot be saved before.
        hint={email === '' ? t('account.emailNeeded') : undefined}
        error={email === '' || isEmail(email) ? null : t('account.emailInvalid')}
        isRequired
      />
      <Field
        label={t('account.comment')}
        autoComplete="off"
        value={comment}
        onChange={(text) => onChange({ ...profile, comment: text })}
        hint={t('account.commentHint')}
        error={isComment(comment) ? null : t('account.commentInvalid')}
      />
    </>
  );
}
