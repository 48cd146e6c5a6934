namespace AiGateway.Caching.Nodes;

/// <summary>Where nodes say which of them makes a call. Nothing here throws: a store that is away says <see cref="LeaseState.Unavailable"/>.</summary>
internal interface INodeLeases
{
    /// <summary>Is told that a call has ended, and how, where another node waited for it; a notice may be lost. Set by whoever waits, before it waits.</summary>
    Action<string, LeaseState>? Ended { get; set; }

    /// <summary>Takes the lease of a key, unless another node has it.</summary>
    /// <param name="key">What is asked.</param>
    /// <param name="holder">Who takes it: a text that nobody else has.</param>
    /// <returns><see cref="LeaseState.Taken"/>, <see cref="LeaseState.Held"/> or <see cref="LeaseState.Unavailable"/>.</returns>
    ValueTask<LeaseState> TakeAsync(string key, string holder);

    /// <summary>Lets a lease run on for <see cref="NodeFlights.Life"/>, also where the store has lost it.</summary>
    /// <returns>False when it is another's by now.</returns>
    ValueTask<bool> RenewAsync(string key, string holder);

    /// <summary>Gives a lease back, and tells who waits; nothing when it is another's by now.</summary>
    /// <param name="key">What was asked.</param>
    /// <param name="holder">Who took it.</param>
    /// <param name="end"><see cref="LeaseState.Kept"/>, <see cref="LeaseState.NotKept"/> or <see cref="LeaseState.GivenUp"/>.</param>
    ValueTask EndAsync(string key, string holder, LeaseState end);

    /// <summary>What is known of a key: <see cref="LeaseState.Held"/>, for a short time <see cref="LeaseState.Kept"/> or <see cref="LeaseState.NotKept"/>, else <see cref="LeaseState.Free"/>.</summary>
    ValueTask<LeaseState> ReadAsync(string key);
}
