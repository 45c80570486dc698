import { Alert, Button, Wizard, WizardHeader, WizardStep } from '@patternfly/react-core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { createRobot, updateRobot, type RobotCreated, type RobotView } from '@/api/generated';
import { body } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { Dialog } from '@/shared/Dialog';
import { ErrorAlert, Failure } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { durationOf } from './expiry';
import { formOf, formOfNew, isFormValid, isGeneralValid } from './form';
import { GeneralStep } from './GeneralStep';
import { newGrant, permissionsOf, type Grant } from './grants';
import { Grants } from './Grants';
import { GrantEditor } from './GrantEditor';
import { changed } from './requests';
import type { Matrix } from './rights';
import { robotsKey, type Scope } from './scope';
import { SystemPlaces } from './SystemPlaces';
import { useCatalogue } from './useCatalogue';
import './texts';

interface Props {
  scope: Scope;
  /** Null: a new one. */
  robot: RobotView | null;
  onCreated: (robot: RobotCreated) => void;
  onClose: () => void;
}

/** Makes a robot, or changes one: who it is and until when, then what it may do. */
export function RobotWizard({ scope, robot, onCreated, onClose }: Props) {
  const { t } = useTranslation();
  const [from] = useState(() => (robot === null ? new Date() : new Date(robot.creation_time)));
  const [form, setForm] = useState(() => (robot === null ? formOfNew(scope, from) : formOf(robot)));
  const isExisting = robot !== null;
  const isReady = isFormValid(form, isExisting, from);
  const save = useAction({
    run: async (): Promise<RobotCreated | null> => {
      const duration = durationOf(form.expiry, from) ?? null;
      if (robot !== null) {
        await updateRobot({ path: { robot_id: robot.id }, body: changed(robot, { ...form, duration }) });
        return null;
      }
      const { name, description, grants } = form;
      const wanted = { name, description, duration, level: scope.level, permissions: permissionsOf(grants) };
      return body(createRobot({ body: wanted }));
    },
    changes: [robotsKey(scope)],
    done: robot === null ? undefined : t('robots.changedToast', { name: form.name }),
    onDone: (made) => {
      if (made === null) onClose();
      else onCreated(made);
    },
  });
  const setGrants = (grants: Grant[]) => setForm({ ...form, grants });
  const title = robot === null ? t('robots.createTitle') : t('robots.editTitle', { name: robot.name });
  const footer = {
    nextButtonText: t('robots.next'),
    backButtonText: t('robots.back'),
    cancelButtonText: t('common.cancel'),
  };
  const last = {
    ...footer,
    nextButtonText: t(isExisting ? 'common.save' : 'common.create'),
    isNextDisabled: !isReady || save.isPending,
    nextButtonProps: { isLoading: save.isPending },
  };
  const isGeneral = isGeneralValid(form, isExisting, from);
  const steps = [
    <WizardStep
      key="general"
      id="general"
      name={t('robots.general')}
      footer={{ ...footer, isNextDisabled: !isGeneral }}
    >
      <GeneralStep form={form} onChange={setForm} isExisting={isExisting} from={from} />
    </WizardStep>,
  ];
  const problem = save.error && <ErrorAlert error={save.error} />;
  if (scope.level === 'project') {
    steps.push(
      <WizardStep key="rights" id="rights" name={t('robots.permissions')} isDisabled={!isGeneral} footer={last}>
        {problem}
        <ProjectRights project={scope.project} grants={form.grants} onChange={setGrants} />
      </WizardStep>,
    );
  } else {
    steps.push(
      <WizardStep key="system" id="system" name={t('robots.systemStep')} isDisabled={!isGeneral} footer={footer}>
        <SystemRights grants={form.grants} onChange={setGrants} />
      </WizardStep>,
      <WizardStep key="projects" id="projects" name={t('robots.projectsStep')} isDisabled={!isGeneral} footer={last}>
        {problem}
        <RightsInProjects grants={form.grants} onChange={setGrants} />
        {!isReady && <Alert variant="info" isInline isPlain title={t('robots.chooseSomething')} />}
      </WizardStep>,
    );
  }
  return (
    <Dialog variant="large" aria-label={title} onEscape={onClose}>
      <Wizard
        className="m-robot-wizard"
        navAriaLabel={title}
        header={
          <>
            <WizardHeader title={title} onClose={onClose} closeButtonAriaLabel={t('common.close')} />
            <ToggleName />
          </>
        }
        onClose={onClose}
        onSave={() => save.mutate()}
        shouldFocusContent
      >
        {steps}
      </Wizard>
    </Dialog>
  );
}

/** On narrow screens a button shows the steps; it is called by its text, not by the name PatternFly gives it besides. */
function ToggleName() {
  const here = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const wizard = here.current?.closest('.pf-v6-c-wizard');
    wizard?.querySelector('.pf-v6-c-wizard__toggle')?.removeAttribute('aria-label');
  }, []);
  return <span ref={here} hidden />;
}

interface StepProps {
  grants: Grant[];
  onChange: (grants: Grant[]) => void;
}

function ProjectRights({ project, grants, onChange }: StepProps & { project: string }) {
  const { t } = useTranslation();
  const [first, ...others] = grants;
  const more = (
    <Button
      variant="link"
      isInline
      onClick={() => onChange([...grants, { ...newGrant('project', project), patterns: '' }])}
    >
      {t('robots.addLimited')}
    </Button>
  );
  return (
    <Catalogue>
      {({ project: matrix }) =>
        first !== undefined && others.length === 0 ? (
          <>
            <GrantEditor place={project} grant={first} matrix={matrix} onChange={(grant) => onChange([grant])} />
            {more}
          </>
        ) : (
          <Grants grants={grants} matrix={matrix} onChange={onChange}>
            {more}
          </Grants>
        )
      }
    </Catalogue>
  );
}

function SystemRights({ grants, onChange }: StepProps) {
  const { t } = useTranslation();
  const grant = grants.find(({ kind }) => kind === 'system');
  if (grant === undefined) return null;
  const change = (changedGrant: Grant) =>
    onChange(grants.map((other) => (other.id === grant.id ? changedGrant : other)));
  return (
    <Catalogue>
      {({ system }) => <GrantEditor place={t('robots.system')} grant={grant} matrix={system} onChange={change} />}
    </Catalogue>
  );
}

function RightsInProjects({ grants, onChange }: StepProps) {
  const ofSystem = grants.filter(({ kind }) => kind === 'system');
  return (
    <Catalogue>
      {({ project }) => (
        <SystemPlaces
          grants={grants.filter(({ kind }) => kind === 'project')}
          matrix={project}
          onChange={(inProjects) => onChange([...ofSystem, ...inProjects])}
        />
      )}
    </Catalogue>
  );
}

type Matrices = Record<'system' | 'project', Matrix>;

/** Asks what there is to allow. */
function Catalogue({ children }: { children: (matrices: Matrices) => ReactNode }) {
  const found = useCatalogue();
  if (found.error) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  return found.data === undefined ? <Waiting /> : children(found.data);
}
