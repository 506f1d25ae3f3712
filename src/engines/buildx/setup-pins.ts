/** The four that the action is made for, and the fifth that buildx is released for as well. */
export type ToolArch = 'amd64' | 'arm64' | 'ppc64le' | 's390x' | 'riscv64';

/**
 * SHA-256 of the programs in releases of buildx, as Docker Official Images pins them too.
 * https://github.com/docker/buildx/releases, https://github.com/docker-library/docker/blob/master/versions.json
 */
export const buildxPins: Readonly<Record<string, Readonly<Record<ToolArch, string>>>> = {
  '0.17.1': {
    amd64: 'aa7a9778349e1a8ace685e4c51a1d33e7a9b0aa6925d1c625b09cb3800eba696',
    arm64: 'de05dccd47932eb9fd6e63781ab29d2b0b2c834bbdd19b51d7ea452b1fe378d3',
    ppc64le: '29b4f2de5a1e6ecb4096868111d693a8ba4aaf144d535242ce19fc4154f94a4e',
    s390x: '9a3a4376025d1c2771ac69aceff0bcb19a2594413e318a34455af037ce903f06',
    riscv64: 'e67d26acb10c4529b9b5ca4e20781865d63e538228c566af6d1e91da65cdb992',
  },
  '0.30.1': {
    amd64: 'c37114fcd034025ec68e224657c8a5a850df472ded3ddcbca75ad3a7ebb9710d',
    arm64: '31d012d52d6df68aef4b55db62330967b562811f0de30cdfaa4505f314797c76',
    ppc64le: '13523e8d1820019f404df31c7ec17c7a76c16f638dd04acc33f5d141f683247c',
    s390x: 'b752c6824bcc355b012d6f595987706fef15243792fe755f50de76c979bc592d',
    riscv64: '86af30811ceaad9fc34a6bc02e5d093d1460ec24f125c47e639ed1fac9effe83',
  },
  '0.31.1': {
    amd64: 'dc8eaffbf29138123b4874d852522b12303c61246a5073fa0f025e4220317b1e',
    arm64: '963c674c558dad2eefd42304a09020329a196ed16819b72396e7657eb69f031b',
    ppc64le: '67016c06ceaaf076f852f07f6172f0edc6d71fb6f1436664f9877db68e2ffcfe',
    s390x: '759b12386f3ec701b4255986193d339fad3093033d4786caab04bbdb9cc0d10a',
    riscv64: '20ad44615fa09af8eccad4014040c0b59d5c83192337be0bd293b2cf732f606f',
  },
  '0.33.0': {
    amd64: '9426a15411f35f635afef3f5d3bae53155c3e30d26dee430cc968e13d34be49f',
    arm64: '204dc28447d3bb48f42ed1ce5747e0885cd57e306506a39029311becdb1ef786',
    ppc64le: '46b0444858c8db8c6f741dca20b815f50046a2d73f4874a54dae2719df145ad3',
    s390x: '17fbec8163440e73d1e784d55faf483b17782aac471d867a525fa370f3ed317c',
    riscv64: '5003b19409f2dfb38fc5f00a8eac4b1d810f6087b88ae007c6983287b93095dd',
  },
};
