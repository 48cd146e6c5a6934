using System.Runtime.InteropServices;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>A request that was asked for at a node.</summary>
internal sealed class SharedRequest(SharedNode node, LimitRefusal? refusal, List<Hold> holds, SharedHold? exact)
{
    public LimitRefusal? Refusal => refusal;

    public bool Goes => refusal is null;

    public SharedHold? Exact => exact;

    public Standing Standing => node.Limiter.Read(CollectionsMarshal.AsSpan(holds));

    /// <summary>Asks for more than is held.</summary>
    public async Task<LimitRefusal?> RaiseAsync(Demand demand) => await node.Shared.TryRaiseAsync(holds, _ => demand, exact);

    public void End(Demand used)
    {
        node.Limiter.Settle(CollectionsMarshal.AsSpan(holds), used);
        if (exact is not null)
        {
            node.Shared.Settle(exact, used);
        }
    }
}
