namespace AiGateway.Protocols.Chat;

/// <summary>What a model takes beside text.</summary>
[Flags]
public enum Capabilities
{
    /// <summary>Text alone.</summary>
    None = 0,

    /// <summary>Images in the input.</summary>
    Vision = 1,

    /// <summary>Functions to call.</summary>
    Tools = 2,

    /// <summary>A JSON schema for the answer, natively.</summary>
    JsonSchema = 4,

    /// <summary>Thinking that can be asked for.</summary>
    Reasoning = 8,

    /// <summary>Temperature, nucleus, penalties, log probabilities; stop texts with them.</summary>
    Sampling = 16,

    /// <summary>The same but for stop texts, and only while the model does not think.</summary>
    SamplingWithoutEffort = 32,

    /// <summary>Stop texts, at a model that takes no sampling otherwise.</summary>
    Stop = 64,
}
