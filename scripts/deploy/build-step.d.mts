export function decide(situation: {
  command: string | undefined;
  ownDeploy: boolean;
  arguments_: string | null;
  edgeConfig: string;
}): string;
