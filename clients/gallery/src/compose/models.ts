/** The answer of `GET /api/models`: what the machines have together. */
export interface ModelList {
  readonly checkpoints: readonly string[];
  readonly samplers: readonly string[];
  readonly schedulers: readonly string[];
}

export const noModels: ModelList = { checkpoints: [], samplers: [], schedulers: [] };

/** The choices that a template leaves to the machines, by the name of its parameter. */
export function choicesOf(name: string, models: ModelList): readonly string[] | undefined {
  const choices = { model: models.checkpoints, sampler: models.samplers, scheduler: models.schedulers }[name];
  return choices && choices.length > 0 ? choices : undefined;
}
