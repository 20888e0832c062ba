//! How a class's file says its methods: numbers, name, arguments in the order of the wire.

/// Makes a struct of each method, which can be read and written.
///
/// Types in brackets before or after the arguments are reserved ones: read over, and written as nothing.
macro_rules! methods {
    ($(
        $(#[$doc:meta])*
        $name:ident $(<$life:lifetime>)? = ($class:literal, $method:literal, $wire:literal) {
            $([$($before:ty),*])?
            $($(#[$field_doc:meta])* $field:ident: $kind:ty,)*
            $(; [$($after:ty),*])?
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name $(<$life>)? { $($(#[$field_doc])* pub $field: $kind,)* }

        impl $(<$life>)? $crate::wire::methods::Method for $name $(<$life>)? {
            const ID: $crate::wire::methods::MethodId =
                $crate::wire::methods::MethodId { class: $class, method: $method };
            const NAME: &'static str = $wire;

            #[inline]
            #[allow(unused_variables, reason = "some methods have no arguments")]
            fn write(&self, out: &mut $crate::wire::methods::FieldWriter<'_>) {
                $($($crate::wire::methods::Field::write(&<$before>::default(), out);)*)?
                $($crate::wire::methods::Field::write(&self.$field, out);)*
                $($($crate::wire::methods::Field::write(&<$after>::default(), out);)*)?
            }
        }

        impl<'r $(: $life, $life)?> $crate::wire::methods::Decode<'r> for $name $(<$life>)? {
            #[inline]
            #[allow(unused_mut, reason = "some methods have no arguments")]
            fn read(
                mut fields: $crate::wire::methods::FieldReader<'r>,
            ) -> Result<Self, $crate::wire::Malformed> {
                $($(<$before as $crate::wire::methods::Field<'_>>::read(&mut fields)?;)*)?
                let read = Self { $($field: $crate::wire::methods::Field::read(&mut fields)?,)* };
                $($(<$after as $crate::wire::methods::Field<'_>>::read(&mut fields)?;)*)?
                fields.end()?;
                Ok(read)
            }
        }
    )*};
}

pub(super) use methods;
