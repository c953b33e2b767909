import { useServices } from '../platform/services';
import { Select } from '../ui/select';
import { defaultSize, presetsOf } from './size';
import type { Template } from './template';
import { useDraft } from './use-draft';

/** The shape of the picture: one of four by name, or any in numbers. */
export function SizeField({ template, className }: { template: Template; className?: string }) {
  const { draft } = useServices();
  const { values } = useDraft();
  const standard = defaultSize(template);
  if (!standard) {
    return null;
  }
  const width = Number(values.width ?? standard.width);
  const height = Number(values.height ?? standard.height);
  const presets = presetsOf(standard);
  const current = presets.find((preset) => preset.width === width && preset.height === height);
  const choose = (name: string) => {
    const preset = presets.find((candidate) => candidate.name === name);
    if (preset) {
      draft.set({ width: preset.width, height: preset.height });
    }
  };
  return (
    <Select
      aria-label="Size"
      className={className}
      value={current?.name ?? 'custom'}
      onChange={(event) => choose(event.target.value)}
    >
      {presets.map((preset) => (
        <option key={preset.name} value={preset.name}>
          {`${preset.name} ${preset.width} × ${preset.height}`}
        </option>
      ))}
      {!current && <option value="custom">{`${width} × ${height}`}</option>}
    </Select>
  );
}
