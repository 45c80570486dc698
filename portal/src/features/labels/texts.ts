import { defineTexts } from '@/texts';

export const labels = defineTexts('labels', {
  description: 'Labels of the system can be put on artifacts of every project; each project can have its own besides.',
  list: 'List of labels',
  label: 'Label',
  new: 'New label',
  empty: 'No labels yet',
  emptyGlobal: 'A label that is made here can be put on artifacts of every project.',
  emptyProject: 'A label that is made here can be put on artifacts of this project, beside those of the system.',
  createTitle: 'Create a label',
  editTitle: 'Edit the label {{name}}',
  deleteTitle: 'Delete the label {{name}}?',
  createdToast: 'Label {{name}} was created.',
  changedToast: 'Label {{name}} was changed.',
  deletedToast: 'Label {{name}} was deleted.',
  lostGlobal: 'It is taken off every artifact that has it, in every project.',
  lostProject: 'It is taken off every artifact of this project that has it.',
  color: 'Colour',
  noColor: 'No colour',
  preview: 'Preview',
  sample: 'label',
  tooLong: 'At most {{count}} characters.',
});
