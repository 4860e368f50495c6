/** An empty Worker: the tests use its bindings only. */
export default { fetch: () => new Response(null, { status: 404 }) };
