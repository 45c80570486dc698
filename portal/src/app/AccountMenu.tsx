import { Divider, Dropdown, DropdownGroup, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import UserIcon from '@patternfly/react-icons/dist/esm/icons/user-icon';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { UserView } from '@/api/generated';
import { signOut } from '@/session/signIn';
import { useToast } from '@/shared/Toasts';
import { chooseLanguage, LANGUAGES, useTranslation } from '@/texts';
import { useDeparture } from './leaving';
import { chooseTheme, chosenTheme, THEMES, type Theme } from './theme';

/** Who is signed in, and what concerns only them. */
export function AccountMenu({ user }: { user: UserView }) {
  const { t, language } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useToast();
  const depart = useDeparture();
  const [isOpen, setOpen] = useState(false);
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      say(t('common.error.title'), error instanceof Error ? error.message : undefined);
      return;
    }
    await navigate('/account/sign-in');
    // Nothing of what this account saw stays.
    queries.clear();
  };
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      popperProps={{ position: 'right' }}
      toggle={(reference) => (
        <MenuToggle
          ref={reference}
          variant="plainText"
          icon={<UserIcon />}
          isExpanded={isOpen}
          onClick={() => {
            // It may have been chosen on the account's page.
            setTheme(chosenTheme());
            setOpen(!isOpen);
          }}
          aria-label={t('session.signedInAs', { name: user.username })}
        >
          {user.username}
        </MenuToggle>
      )}
    >
      <DropdownList>
        <DropdownItem
          to="/harbor/account"
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            setOpen(false);
            void navigate('/harbor/account');
          }}
        >
          {t('titles.account')}
        </DropdownItem>
      </DropdownList>
      <Divider />
      {Object.keys(LANGUAGES).length > 1 && (
        <>
          <DropdownGroup label={t('common.language')} labelHeadingLevel="h2">
            <DropdownList>
              {Object.entries(LANGUAGES).map(([tag, { name }]) => (
                <DropdownItem key={tag} isSelected={tag === language} onClick={() => void chooseLanguage(tag)}>
                  {name}
                </DropdownItem>
              ))}
            </DropdownList>
          </DropdownGroup>
          <Divider />
        </>
      )}
      <DropdownGroup label={t('common.theme.label')} labelHeadingLevel="h2">
        <DropdownList>
          {THEMES.map((choice) => (
            <DropdownItem
              key={choice}
              isSelected={choice === theme}
              onClick={() => {
                chooseTheme(choice);
                setTheme(choice);
              }}
            >
              {t(`common.theme.${choice}`)}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownList>
        <DropdownItem onClick={() => depart(leave)}>{t('common.signOut')}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
