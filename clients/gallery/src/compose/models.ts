/** The response of `GET /api/models`: the models of all instances. */
export interface ModelList {
  readonly checkpoints: readonly string[];
  readonly samplers: readonly string[];
  readonly schedulers: readonly string[];
}

export const noModels: ModelList = { checkpoints: [], samplers: [], schedulers: [] };

/** The choices that depend on the instances, by the name of the template's parameter. */
export function choicesOf(name: string, models: ModelList): readonly string[] | undefined {
  const choices = { model: models.checkpoints, sampler: models.samplers, scheduler: models.schedulers }[name];
  return choices && choices.length > 0 ? choices : undefined;
}
