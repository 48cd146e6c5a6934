namespace AiGateway.Protocols.OpenAI.Realtime;

/// <summary>The events of a realtime session that somebody between both ends must understand; all others only pass.</summary>
public enum RealtimeEventKind
{
    /// <summary>Not to be said yet: <c>type</c> has not come by.</summary>
    Undecided,

    /// <summary>Nothing that concerns us, or no event at all.</summary>
    Other,

    /// <summary>From the caller: <c>session.update</c>, which may name a model.</summary>
    SessionUpdate,

    /// <summary>From the provider: <c>session.created</c>, <c>session.updated</c>, which name the models in use.</summary>
    Session,

    /// <summary>From the provider: <c>response.created</c>; from here on tokens are produced.</summary>
    ResponseCreated,

    /// <summary>From the provider: <c>response.done</c>, which says what a response consumed.</summary>
    ResponseDone,

    /// <summary>From the provider: <c>conversation.item.input_audio_transcription.completed</c>, which says what a transcription consumed.</summary>
    TranscriptionCompleted,
}
