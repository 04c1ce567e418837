/** The service of this user and this folder, on this machine. */
import type { CommandContext } from "../commands/command.ts";
import { findProgram, type FoundProgram } from "./findProgram.ts";
import type { Machine } from "./machine.ts";
import { createNodeMachine } from "./nodeMachine.ts";
import { openService } from "./openService.ts";
import { planService } from "./plan.ts";
import type { Service, ServicePlan } from "./service.ts";

export interface ThisService {
  readonly machine: Machine;
  readonly plan: ServicePlan;
  readonly program: FoundProgram;
  readonly service: Service;
}

export const thisService = async ({
  env,
  places,
  program: { mainFile },
}: Pick<CommandContext, "env" | "places" | "program">): Promise<ThisService> => {
  const machine = createNodeMachine(env);
  const program = await findProgram(machine, mainFile);
  const { platform } = machine;
  const plan = planService({ platform, places, env, program: program.path });
  return { machine, plan, program, service: openService(machine, plan) };
};
