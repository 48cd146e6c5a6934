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

    /// <summary>Ends with a batch that goes on holding what was asked for.</summary>
    public async Task KeepForBatchAsync(string batch, Claim claim)
    {
        var booking = new BatchBooking(batch, claim with { Demand = default }, DateTimeOffset.UtcNow, claim.Demand.NanoUsd, BatchBookingKind.Hold);
        if (exact is not null)
        {
            await node.Shared.HoldBatchAsync(booking);
        }
        node.Limiter.KeepForBatch(CollectionsMarshal.AsSpan(holds), batch, _ => claim.Demand.NanoUsd);
        if (exact is null)
        {
            await node.Shared.HoldBatchAsync(holds[0].Use.Lease!, booking);
        }
        End(default);
    }

    public void End(Demand used)
    {
        node.Limiter.Settle(CollectionsMarshal.AsSpan(holds), used);
        if (exact is not null)
        {
            node.Shared.Settle(exact, used);
        }
    }
}
