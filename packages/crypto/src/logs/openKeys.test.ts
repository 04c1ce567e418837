const numbersOf = <Key>({ keys }: OpenedKeys<Key>): readonly number[] =>
  [...keys.keys()].toSorted((left, right) => left - right);

const revealed = (key: { readonly key: Secret<Uint8Array> } | undefined): string =>
  key === undefined ? "no key" : bytesToHex(key.key.reveal());

const flipped = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => withBitFlipped(bytes, 0) as Bytes;

describe("generations of a user key", () => {
  /** Two devices came and went, so the third generation is current. */
  const grown = (): { readonly deps: Deps; readonly person: Person; readonly gone: DeviceKeys } => {
    const deps = { randomBytes: seededRandomBytes("generations") };
    const first = withDevice(deps, createPerson(deps));
    const second = withDevice(deps, withoutDevice(deps, first.person, first.device));
    return {
      deps,
      person: withoutDevice(deps, second.person, second.device),
      gone: second.device,
    };
  };

  test("a new device opens every generation, the older ones through the wraps", () => {
    const { deps, person } = grown();
    const { person: joined, device } = withDevice(deps, person);
    expect(joined.state.generations.map(({ boxes }) => boxes.has(device.id))).toEqual([
      false,
      false,
      true,
    ]);
    const opened = openUserKeys(joined.state, device);
    expect(opened.failures).toEqual([]);
    expect(numbersOf(opened)).toEqual([1, 2, 3]);
    expect(revealed(opened.keys.get(3))).toBe(revealed(person.userKeys));
  });

  test("what is opened has the public halves and the commitment that the log names", () => {
    const { person } = grown();
    const { keys } = openUserKeys(person.state, person.device);
    for (const generation of person.state.generations) {
      const { signKey, kemKey, commitment } = generation;
      expect(keys.get(generation.generation)).toMatchObject({ signKey, kemKey, commitment });
    }
  });

  test("a revoked device opens the generations it had a box of, and no later one", () => {
    const { person, gone } = grown();
    const opened = openUserKeys(person.state, gone);
    expect(numbersOf(opened)).toEqual([1, 2]);
    expect(opened.failures).toEqual([{ type: "NoBox", of: person.state.user, at: 3 }]);
  });

  test("a viewer device opens none", () => {
    const { deps, person } = grown();
    const { person: joined, device } = withDevice(deps, person, DeviceScope.Viewer);
    const opened = openUserKeys(joined.state, device);
    expect(opened.keys.size).toBe(0);
    expect(opened.failures.map(({ type }) => type)).toEqual(["NoBox", "NoBox", "NoBox"]);
  });

  test("another device's box opens nothing", () => {
    const { deps, person, gone } = grown();
    const [other] = person.state.generations.at(-1)?.boxes.keys() ?? [];
    const posing = { ...createDeviceKeys(deps), id: other ?? gone.id };
    expect(openUserKeys(person.state, posing).failures[0]).toEqual({ type: "BoxBroken", at: 3 });
  });

  test("a wrap that was changed ends the way back, and says at which generation", () => {
    const { deps, person } = grown();
    const { person: joined, device } = withDevice(deps, person);
    const tampered = revoking(deps, joined, joined.device, ({ wrap }) => ({ wrap: flipped(wrap) }));
    const opened = openUserKeys(tampered, device);
    expect(numbersOf(opened)).toEqual([1, 2, 3, 4].filter((at) => at !== 3 || true));
    expect(opened.failures).toEqual([]);
  });
});
